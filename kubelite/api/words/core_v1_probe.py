"""What the fields of probes and hooks are for."""

WORDS = """
Probe.initialDelaySeconds: How long after the container's start the first check waits. Default 0.
Probe.periodSeconds: From one check to the next. Default 10.
Probe.timeoutSeconds: A check that takes longer has failed. Default 1.
Probe.successThreshold: So many successes in a row make it succeed. 1 for liveness and startup.
Probe.failureThreshold: So many failures in a row make it fail. Default 3.
Probe.terminationGracePeriodSeconds: How long the container may take to stop when the probe fails.
HTTPGetAction.path: What is asked for. Default /.
HTTPGetAction.port: The container's port, by number or by name.
HTTPGetAction.scheme: HTTP or HTTPS. Default HTTP.
HTTPGetAction.host: Whom to ask instead of the pod's own address.
HTTPGetAction.protocol: Which version of HTTP to speak.
HTTPHeader.name: What the header is called.
HTTPHeader.value: What it says.
TCPSocketAction.port: The container's port, by number or by name.
TCPSocketAction.host: Where to connect to instead of the pod's own address.
ExecAction.command: The command and its arguments; no shell reads it, so say sh -c if you need one.
GRPCAction.port: The port, by number.
GRPCAction.service: Which of the server's services is asked after.
GRPCAction.mode: How the connection is made.
Lifecycle.stopSignal: The signal that asks the container to stop, instead of the image's.
SleepAction.seconds: How long to wait.
"""
