"""The pages of the teams app: gate, read, render."""
