"""Every change to rules, channels, alerts and deliveries."""
