"""What the fields of APIServices are for."""

WORDS = """
APIServiceSpec.group: Which group.
APIServiceSpec.version: Which version of it.
APIServiceSpec.insecureSkipTLSVerify: Whether the certificate of whoever answers is not looked at.
APIServiceSpec.caBundle: Who may have signed that certificate.
APIServiceSpec.groupPriorityMinimum: Where the group stands among others.
APIServiceSpec.versionPriority: Where the version stands within the group.
ServiceReference.namespace: Where the Service lives.
ServiceReference.name: What it is called.
ServiceReference.port: On which port it answers. Default 443.
"""
