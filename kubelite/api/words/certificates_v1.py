"""What the fields of requests for certificates are for."""

WORDS = """
CertificateSigningRequestSpec.request: The request itself, in PEM and base64.
CertificateSigningRequestSpec.signerName: Who is asked to sign it.
CertificateSigningRequestSpec.expirationSeconds: For how long it is wanted.
CertificateSigningRequestSpec.usages: What the certificate may be used for.
CertificateSigningRequestSpec.username: Who asks; filled in by the server.
CertificateSigningRequestSpec.uid: Which one of that name.
CertificateSigningRequestSpec.groups: The groups of whoever asks.
CertificateSigningRequestSpec.extra: What else is known of whoever asks.
CertificateSigningRequestStatus.certificate: The certificate, once it is signed.
"""
