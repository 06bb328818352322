'use strict';
// Small help for pages that also work without it. Nothing here decides anything.
{
    const text = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

    // htmx: the CSRF token as a header, the moment of a choice, and a sentence when an answer didn't come. The moment
    // only grows, so that of two choices within a blink the later one is stored, in whatever order they arrive.
    let moment = 0;
    const LONGEST_WAIT = 45000; // milliseconds: who hears nothing for so long is told
    document.addEventListener('htmx:configRequest', (event) => {
        moment = Math.max(Date.now(), moment + 1);
        event.detail.headers['X-CSRFToken'] = text('csrf-token');
        event.detail.headers['X-Chosen-At'] = String(moment);
        event.detail.timeout ||= LONGEST_WAIT;
    });
    const isChoice = (detail) => detail.requestConfig.verb !== 'get' && !detail.elt.closest('[role="search"]')
        && !detail.elt.form?.matches('[role="search"]');
    const kindOf = (detail) => {
        if (detail.elt.matches('[data-live]')) return 'live';
        if (!isChoice(detail)) return 'part';
        const status = detail.xhr?.status ?? 0;
        return status >= 500 ? 'server' : status >= 400 ? 'old' : 'network';
    };
    // What wasn't saved isn't shown as if it were: a form goes back to what the server said, a box to what it was.
    const notSaved = ({ detail }) => {
        if (isChoice(detail)) {
            const form = detail.elt.closest('form');
            if (detail.elt === form) form.reset();
            else if (detail.elt.type === 'checkbox') detail.elt.checked = detail.elt.defaultChecked;
            if (form) delete form.dataset.sent;
        }
        const box = document.getElementById('request-problem');
        if (!box) return;
        const words = box.querySelector(`template[data-problem="${kindOf(detail)}"]`).content.cloneNode(true);
        box.querySelector('[data-said]').replaceChildren(words);
        box.hidden = false;
    };
    const answered = ({ detail }) => {
        if (!detail.successful) return;
        const box = document.getElementById('request-problem');
        if (box) box.hidden = true;
        if (!isChoice(detail)) return;
        const boxes = detail.elt.type === 'checkbox' ? [detail.elt]
            : detail.elt.matches('form') ? detail.elt.querySelectorAll('input[type="checkbox"]') : [];
        boxes.forEach((it) => { it.defaultChecked = it.checked; });
    };
    document.addEventListener('htmx:sendError', notSaved);
    document.addEventListener('htmx:responseError', notSaved);
    document.addEventListener('htmx:timeout', notSaved);
    document.addEventListener('htmx:afterRequest', answered);
    document.addEventListener('click', (event) => {
        if (event.target.closest('[data-reload]')) location.reload();
    });

    // <fieldset data-picks>: radio buttons that are saved at once. Arrows only move; Space, Enter or a click chooses.
    const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') event.target.closest('.ask')?.querySelector('[name="cancel"]').click();
        if (event.ctrlKey || event.altKey || event.metaKey || event.target.type !== 'radio') return;
        const group = event.target.closest('fieldset[data-picks]');
        if (!group) return;
        if (event.key === 'Enter') {
            event.preventDefault();
            event.target.click();
        } else if (STEPS[event.key]) {
            event.preventDefault();
            const all = [...group.querySelectorAll('input[type="radio"]:not(:disabled)')];
            all[(all.indexOf(event.target) + STEPS[event.key] + all.length) % all.length].focus();
        }
    });

    // Confirm: what is unticked isn't sent. It is struck out wherever it stands, and the bar at the bottom counts.
    const strikeOut = () => {
        const boxes = [...document.querySelectorAll('input[name="only"]')];
        const off = new Set(boxes.filter((it) => !it.checked).map((it) => it.closest('[data-of]').dataset.of));
        document.querySelectorAll('[data-of]').forEach((it) => it.classList.toggle('left-off', off.has(it.dataset.of)));
        const people = new Set(boxes.map((it) => it.closest('[data-of]').dataset.of)).size - off.size;
        document.querySelectorAll('[data-ticked]').forEach((it) => {
            it.dataset.all ??= it.textContent;
            it.textContent = off.size ? it.dataset.ticked.replace('NN', people) : it.dataset.all;
        });
        document.querySelectorAll('[data-nn]').forEach((it) => { it.textContent = it.dataset.nn.replace('NN', people); });
        const many = document.querySelector('[data-threshold]');
        if (!many) return;
        many.hidden = people <= Number(many.dataset.threshold);
        many.querySelector('input').required = !many.hidden;
    };
    document.addEventListener('change', ({ target }) => {
        if (target.name !== 'only') return;
        document.querySelectorAll('[data-of] > input[name="only"]').forEach((it) => {
            if (it.parentElement.dataset.of === target.parentElement.dataset.of) it.checked = target.checked;
        });
        strikeOut();
    });

    // What is wrong comes into sight, with the focus: the first field that an error stands at.
    const wrong = document.querySelector('main [aria-invalid="true"]');
    if (wrong && !wrong.autofocus) {
        wrong.closest('details')?.setAttribute('open', '');
        wrong.focus();
    }

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

    // <button data-print hidden>: shown where scripts run; opens the browser's own dialogue.
    document.querySelectorAll('button[data-print]').forEach((it) => { it.hidden = false; });
    document.addEventListener('click', (event) => {
        if (event.target.closest('button[data-print]')) window.print();
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
