// The form goes on by itself; without scripts by its button.
document.getElementById("ap-goes-on").requestSubmit();
