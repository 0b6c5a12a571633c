package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

var taskLink = regexp.MustCompile(`href="(/tasks/[0-9A-Za-z]{20,})"`)

// plans enters a plan with its parties and its tasks by the pages of the register: G 三年任务 A+B 隔膜量产@9 测试标准@900, each task with
// how many days from now it is due. The first party leads, the other verifies.
func (w *walker) plans(browser *http.Client, name string, rest []string) string {
	w.get(browser, "/agreements/new")
	parties := strings.ReplaceAll(rest[1], "+", "\n")
	status, to, body := w.send(browser, "/agreements", url.Values{"title": {rest[0]}, "form": {"plan"}, "secrecy": {"public"}, "parties": {parties},
		"signed": {w.clock().Format("2006-01-02")}, "text": {rest[0] + "\n" + w.clock().String() + "\n" + strings.Join(rest[2:], "\n")}})
	if status != http.StatusSeeOther {
		return strconv.Itoa(status) + markup.ReplaceAllString(body, " ")
	}
	w.cases[name] = to
	page := w.get(browser, to)
	owner := regexp.MustCompile(`(?s)name="tasks\.0\.owner".*?<option value="([^"]*)"`).FindStringSubmatch(page)
	if owner == nil {
		return "the page does not offer to set up tasks"
	}
	fields := url.Values{"tasks.rows": {strconv.Itoa(len(rest) - 2)}}
	for i, task := range rest[2:] {
		title, in, _ := strings.Cut(task, "@")
		days, err := strconv.Atoi(in)
		w.ok(err)
		row := "tasks." + strconv.Itoa(i) + "."
		fields.Set(row+"title", title)
		fields.Set(row+"owner", owner[1])
		fields.Set(row+"due", w.clock().AddDate(0, 0, days).Format("2006-01-02"))
	}
	if status, _, body = w.send(browser, to+"/tasks", fields); status != http.StatusSeeOther {
		return strconv.Itoa(status) + markup.ReplaceAllString(problemText.FindString(body), " ")
	}
	return ""
}

// onTask posts a form of the page of the nth task of a plan, by the due day; want is a part of that page.
func (w *walker) onTask(browser *http.Client, plan, nth, form string, fields url.Values) string {
	n, err := strconv.Atoi(nth)
	w.ok(err)
	var all []string
	for _, m := range taskLink.FindAllStringSubmatch(w.get(browser, w.cases[plan]), -1) {
		if len(all) == 0 || all[len(all)-1] != m[1] {
			all = append(all, m[1])
		}
	}
	if n < 1 || n > len(all) {
		return "the plan has no task " + nth
	}
	page := w.get(browser, all[n-1])
	if !strings.Contains(page, `action="`+all[n-1]+form+`"`) {
		return "the page of the task does not offer " + form
	}
	fields.Set("version", hiddenVersion.FindStringSubmatch(page)[1])
	if status, _, body := w.send(browser, all[n-1]+form, fields); status != http.StatusSeeOther {
		return strconv.Itoa(status) + markup.ReplaceAllString(problemText.FindString(body), " ")
	}
	return ""
}
