"""Pages of the privacy room: for recipients, and for members who erase somebody for them."""
