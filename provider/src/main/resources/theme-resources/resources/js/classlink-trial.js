// Copies the report of a trial sign-in. Without https there is no navigator.clipboard, and the old way is left.
const button = document.getElementById("classlink-trial-copy");
const report = document.getElementById("classlink-trial-report");

function copySelected() {
    report.hidden = false;
    report.select();
    const copied = document.execCommand("copy");
    report.hidden = copied;
    return copied;
}

button.addEventListener("click", async () => {
    let copied = false;
    try {
        await navigator.clipboard.writeText(report.value);
        copied = true;
    } catch {
        copied = copySelected();
    }
    if (copied) {
        button.textContent = button.dataset.copied;
    }
});
