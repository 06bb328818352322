'use strict';
// Checks the shape of ids while they are typed. The server checks it too.
{
    const mark = (input, wrong) => {
        const box = document.getElementById(`${input.id}_shape`);
        if (box) box.textContent = wrong ? input.dataset.shape : '';
        if (wrong) input.setAttribute('aria-invalid', 'true');
        else input.removeAttribute('aria-invalid');
    };
    const isWrong = (input) => input.value.trim() !== '' && input.validity.patternMismatch;

    document.querySelectorAll('input[data-shape]').forEach((input) => {
        // Not while the first characters are typed: only once something was pasted, or left behind.
        let left = input.getAttribute('aria-invalid') === 'true';
        input.addEventListener('input', (event) => {
            if (event.inputType === 'insertFromPaste' || input.value.trim().length >= 36) left = true;
            if (left) mark(input, isWrong(input));
        });
        input.addEventListener('change', () => {
            left = true;
            mark(input, isWrong(input));
        });
    });
}
