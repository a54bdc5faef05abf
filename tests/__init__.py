"""The tests: they mirror kubelite/ and course/, and run from the project's root."""
