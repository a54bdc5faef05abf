"""Where the cluster touches the real world.

Lives here, and only here: files, sockets, threads, processes and the wall clock.
Must not live here: anything that decides how a cluster behaves.
"""
