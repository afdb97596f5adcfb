/** What is pressed may vanish by it: then the keyboard goes on near it, and not at the top of the page. Called before. */
export function keepFocusNear(): void {
  const places: HTMLElement[] = [];
  for (let place = document.activeElement?.closest<HTMLElement>('section, main'); place != null; place = place.parentElement?.closest<HTMLElement>('section, main')) {
    places.push(place);
  }
  // After React has drawn it.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const place = places.find(({ isConnected }) => isConnected);
    if (document.activeElement !== document.body || place === undefined) return;
    if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }));
}
