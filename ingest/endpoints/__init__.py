"""The endpoints of programs: authenticate, cap, answer."""
