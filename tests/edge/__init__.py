"""The cluster over HTTP, asked by the unmodified kubectl and by hand."""
