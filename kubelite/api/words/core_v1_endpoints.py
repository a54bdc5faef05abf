"""What the fields of Endpoints are for."""

WORDS = """
EndpointAddress.ip: The address.
EndpointAddress.hostname: A name for it in DNS.
EndpointAddress.nodeName: The node it is on.
EndpointPort.name: What the Service calls the port.
EndpointPort.port: The port.
EndpointPort.protocol: TCP, UDP or SCTP.
EndpointPort.appProtocol: What is spoken on it, as a hint.
"""
