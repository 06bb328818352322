'use strict';
// Small help for pages that also work without it. Nothing here decides anything.
{
    const text = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

    // htmx: the CSRF token as a header, the moment of a choice, and a sentence when an answer didn't come. The moment
    // only grows, so that of two choices within a blink the later one is stored, in whatever order they arrive.
    let moment = 0;
    document.addEventListener('htmx:configRequest', (event) => {
        moment = Math.max(Date.now(), moment + 1);
        event.detail.headers['X-CSRFToken'] = text('csrf-token');
        event.detail.headers['X-Chosen-At'] = String(moment);
    });
    const notSaved = () => {
        const box = document.getElementById('request-problem');
        if (box) box.hidden = false;
    };
    const saved = (event) => {
        const box = document.getElementById('request-problem');
        if (box && event.detail.successful) box.hidden = true;
    };
    document.addEventListener('htmx:sendError', notSaved);
    document.addEventListener('htmx:responseError', notSaved);
    document.addEventListener('htmx:timeout', notSaved);
    document.addEventListener('htmx:afterRequest', saved);

    // <form data-once>: a second click sends nothing. The server refuses it too. Coming back enables it again.
    document.addEventListener('submit', (event) => {
        const form = event.target;
        if (!form.matches('[data-once]') || event.defaultPrevented) return;
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = '1';
    });
    window.addEventListener('pageshow', () => {
        document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
    });

    // <button data-copy="id">: copies that element's text and says so.
    document.addEventListener('click', async (event) => {
        const button = event.target.closest('button[data-copy]');
        if (!button) return;
        const source = document.getElementById(button.dataset.copy);
        try {
            await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
            const label = button.querySelector('[data-label]');
            const before = label.textContent;
            label.textContent = button.dataset.copied;
            setTimeout(() => { label.textContent = before; }, 2000);
        } catch {
            getSelection().selectAllChildren(source);
        }
    });

    // <input type="checkbox" data-all="name">: ticks the boxes of that name in its form.
    document.addEventListener('change', (event) => {
        const name = event.target.dataset?.all;
        if (!name) return;
        event.target.form.querySelectorAll(`input[name="${CSS.escape(name)}"]:not(:disabled)`)
            .forEach((box) => { box.checked = event.target.checked; });
    });
}
