/** The CSRF token of the page, from the cookie or from a form of the page. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie
    ? decodeURIComponent(cookie[1])
    : (document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "");
}
