// Swagger UI in our page (<div data-api="URL of the OpenAPI document">), in the colours that the reader prefers.
(() => {
  const place = document.querySelector("[data-api]");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", dress);
  dress();
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.api,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
})();
