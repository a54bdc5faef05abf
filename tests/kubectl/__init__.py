"""kubectl inside the process, against the real one."""
