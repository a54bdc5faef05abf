"""What the fields of ServiceAccounts are for."""

WORDS = """
ServiceAccount.automountServiceAccountToken: Whether its pods find a token, unless they say
  otherwise.
"""
