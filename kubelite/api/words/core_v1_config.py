"""What the fields of ConfigMaps and Secrets are for."""

WORDS = """
ConfigMap.data: Keys and their text.
ConfigMap.binaryData: Keys and bytes that are no text, in base64.
ConfigMap.immutable: Once true, nothing in it can change; kubelets stop watching it.
Secret.type: What it is for; some types must have certain keys. Default Opaque.
Secret.data: Keys and bytes in base64, which hides nothing from anybody.
Secret.stringData: Text for writing: the server puts it into data in base64.
Secret.immutable: Once true, nothing in it can change; kubelets stop watching it.
"""
