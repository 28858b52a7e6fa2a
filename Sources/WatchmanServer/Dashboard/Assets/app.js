// Pages work without this file. With it they follow the fleet: whatever is marked data-live is replaced when something changed.
(() => {
    "use strict";

    const mark = document.getElementById("live");
    const sources = new Map();
    for (const region of document.querySelectorAll("[data-live]")) sources.set(region.id, region.outerHTML);

    // What a focused element is called, so that its successor can be found.
    const key = (element) =>
        element.id || element.getAttribute("href") || element.getAttribute("aria-label") || element.textContent;

    // Someone types, chooses or selects there: the region waits for the next change.
    function isInUse(region) {
        const active = document.activeElement;
        const selection = getSelection();
        return (region.contains(active) && active.matches("input, select, textarea"))
            || region.querySelector(":popover-open")
            || (!selection.isCollapsed && region.contains(selection.anchorNode))
            || [...region.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
    }

    function replace(region, next) {
        for (const open of region.querySelectorAll("details[open]")) {
            next.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
        }
        const active = region.contains(document.activeElement) ? key(document.activeElement) : null;
        const boxes = [...region.querySelectorAll("[tabindex]")].map((box) => box.scrollTop);
        region.replaceWith(next);
        next.querySelectorAll("[tabindex]").forEach((box, index) => { box.scrollTop = boxes[index] ?? 0; });
        if (active) {
            [...next.querySelectorAll("a, button, summary, [tabindex]")].find((element) => key(element) === active)
                ?.focus({ preventScroll: true });
        }
        addCopyButtons(next);
    }

    // An attribute with a value names the topics that the region is about.
    const isAbout = (region, topic) => !region.dataset.live || region.dataset.live.split(" ").includes(topic);

    let running = null;

    async function load(url) {
        running?.abort();
        running = new AbortController();
        const answer = await fetch(url, { headers: { accept: "text/html" }, signal: running.signal });
        // The session ended, or what the page shows is gone: the server's own page says so.
        if (answer.redirected || answer.status === 404) location.href = url;
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const region of document.querySelectorAll("[data-live]")) {
            const next = page.getElementById(region.id);
            if (!next || sources.get(region.id) === next.outerHTML || isInUse(region)) continue;
            sources.set(region.id, next.outerHTML);
            replace(region, document.adoptNode(next));
        }
    }

    // Changes that come together are fetched together, and not more than once a second.
    let timer = 0;
    let last = 0;

    function refresh() {
        if (timer || document.hidden) return;
        timer = setTimeout(() => {
            timer = 0;
            last = Date.now();
            load(location.href).catch(() => {});
        }, Math.max(200, last + 1000 - Date.now()));
    }

    function show(text, isAway) {
        if (mark.textContent !== text) mark.textContent = text;
        mark.classList.toggle("away", isAway);
        mark.hidden = false;
    }

    let events = null;

    // A hidden page holds no connection: browsers open only six to one server.
    function listen() {
        events?.close();
        if (document.hidden) return;
        const stream = events = new EventSource("/events");
        stream.onopen = () => { show("live", false); refresh(); };
        stream.addEventListener("change", (event) => {
            if ([...document.querySelectorAll("[data-live]")].some((region) => isAbout(region, event.data))) refresh();
        });
        stream.onerror = () => {
            show("reconnecting", true);
            if (stream.readyState !== EventSource.CLOSED) return;
            // Refused: whoever is signed out meanwhile is led to the sign-in by the page itself.
            refresh();
            setTimeout(() => events === stream && listen(), 3000);
        };
    }

    if (mark) {
        listen();
        document.addEventListener("visibilitychange", listen);
        setInterval(refresh, 30000);
    }

    // What takes long shows that it was heard, and is not sent twice.
    document.addEventListener("submit", (event) => {
        if (event.defaultPrevented) return;
        if (event.target.getAttribute("aria-busy")) event.preventDefault();
        event.target.setAttribute("aria-busy", "true");
        setTimeout(() => event.target.removeAttribute("aria-busy"), 10000);
    });

    // Search as you type.
    for (const form of document.querySelectorAll("form[data-search]")) {
        let pause = 0;
        const search = () => {
            const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
            const url = form.action + (fields.size ? "?" + fields : "");
            history.replaceState(null, "", url);
            load(url).catch(() => {});
        };
        form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(search, 200); });
        form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(pause); search(); });
        form.querySelector("button").hidden = true;
    }

    // Copy buttons.
    function addCopyButtons(region) {
        for (const code of region.querySelectorAll(".copy > code")) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "slim quiet";
            button.textContent = "Copy";
            button.setAttribute("aria-label", "Copy " + code.textContent.slice(0, 60));
            button.onclick = async () => {
                try {
                    await navigator.clipboard.writeText(code.textContent);
                    button.textContent = "Copied";
                    setTimeout(() => { button.textContent = "Copy"; }, 1500);
                } catch {
                    getSelection().selectAllChildren(code);
                }
            };
            code.after(button);
        }
    }
    addCopyButtons(document);

    // The value under the pointer, in place of the range.
    let leave = () => {};
    document.addEventListener("pointermove", (event) => {
        const svg = event.target.closest?.("[data-chart] svg");
        leave();
        leave = () => {};
        if (!svg) return;
        const figure = svg.closest("[data-chart]");
        const values = figure.dataset.values.split(";");
        const box = svg.getBoundingClientRect();
        const index = Math.round((event.clientX - box.left) / box.width * (values.length - 1));
        if (!values[index]) return;
        const time = new Date((Number(figure.dataset.start) + index * Number(figure.dataset.step)) * 1000);
        const output = figure.querySelector("output");
        const before = output.textContent;
        output.textContent = `${values[index]} ${figure.dataset.unit} at ${time.toISOString().slice(5, 16).replace("T", " ")}`;
        const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
        for (const [name, value] of [["class", "cursor"], ["x1", index], ["x2", index], ["y1", 0], ["y2", 100]]) {
            line.setAttribute(name, value);
        }
        svg.append(line);
        leave = () => { line.remove(); output.textContent = before; };
    });
})();
