"""One module for each library; each opens the same reads, as its documentation has them."""
