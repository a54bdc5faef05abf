"""Other clients than kubectl, as their registries have them, against a served cluster."""
