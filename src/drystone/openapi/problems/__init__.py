"""`/problems/{code}`: what each code of an error means, for people."""
