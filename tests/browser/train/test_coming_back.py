"""The Train tab in a real browser: a reload, a closed page, a killed server."""

from .driving import end, open_train, press, start, state, step, wait_for_state, wait_for_step


def test_fault_37_a_reload_during_training_shows_the_whole_curve_again(page, url, new_page):
    open_train(page, url)
    start(page, "reload", epochs=2000)
    wait_for_step(page, 10)
    seen = step(page)
    page.reload()
    page.wait_for_function("document.querySelector('.plot-thin')?.getAttribute('d')?.length > 20")
    assert page.inner_text(".lv-name") == "reload"
    assert step(page) >= seen
    other = new_page()
    other.goto(page.url)
    wait_for_step(other, seen)
    assert other.get_attribute(".plot-thin", "d").startswith("M")
    press(other, "Stop")
    for watching in (page, other):
        wait_for_state(watching, "stopped")


def test_fault_38_a_training_continues_when_its_page_is_closed(url, new_page):
    first = new_page()
    open_train(first, url)
    start(first, "closed", epochs=4000)
    wait_for_step(first, 5)
    seen = step(first)
    first.close()
    second = new_page()
    open_train(second, url)  # without a name in its address, a page shows what is being trained
    second.wait_for_function("document.querySelector('.lv-name')?.textContent === 'closed'")
    wait_for_step(second, seen + 5)
    end(second)


def test_fault_36_after_a_restart_of_a_killed_server_the_run_can_be_resumed(own_server, new_page):
    page = new_page()
    open_train(page, own_server.url)
    start(page, "crash", epochs=3000)
    page.wait_for_function(
        "document.querySelector('.lv-loop [data-part=sample] b')?.textContent.startsWith('after epoch')"
    )
    own_server.kill()
    page.wait_for_selector(".lv-lost")
    own_server.start()
    page.goto(f"{own_server.url}/?run=crash")
    page.wait_for_selector(".lv")
    page.complaints.clear()  # a browser logs every request that finds no server
    wait_for_state(page, "interrupted")
    assert page.locator(".lv-message").is_visible()
    before = step(page)
    press(page, "Resume")
    wait_for_state(page, "running")
    wait_for_step(page, before + 3)
    end(page)
    assert state(page) == "stopped"
