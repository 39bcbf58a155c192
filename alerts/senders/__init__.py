"""One module a kind of channel: `send` tells a notice, once, or says why not."""
