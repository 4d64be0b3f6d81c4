// The answer goes back to the sign-in service by itself; without scripts by its button.
document.getElementById("ap-goes-on").requestSubmit();
