"""The edge: the store in a file, and the cluster over HTTP, asked by kubectl and by hand."""
