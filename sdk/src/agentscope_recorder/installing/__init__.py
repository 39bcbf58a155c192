"""Writes into the settings of agents what makes them tell their sessions, and takes it out again."""
