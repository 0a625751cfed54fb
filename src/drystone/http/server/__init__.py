"""Sockets, connections and their deadlines: the server of one process."""
