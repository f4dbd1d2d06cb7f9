import { behaviour } from "./_behaviour";

// What is under way on the server: the page is asked for again until it is done.
behaviour("look-again", () => {
  setTimeout(() => location.reload(), 1500);
});
