"""Types → JSON Schema: columns and models, Structs and builtins, and an example of each."""
