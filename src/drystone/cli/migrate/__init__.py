"""`drystone migrate`: the commands that read, plan, apply and revert migrations."""
