package systems

import (
	"bytes"
	"fmt"
	"strings"
)

// Markdown prints the list as docs/systems.md: a count by state and one table for each group.
func Markdown() []byte {
	all := All()
	var b bytes.Buffer
	fmt.Fprintf(&b, "# 所服务的系统 · The systems served\n\n")
	fmt.Fprintf(&b, "本页由 `internal/web/systems/systems.yaml` 生成，请改该文件，再运行 `go test ./internal/web/systems -update`。"+
		"数字取自公开报道，仅供辨识，未经本平台核实。\n\n")
	fmt.Fprintf(&b, "Printed from `internal/web/systems/systems.yaml`: edit that file, then run "+
		"`go test ./internal/web/systems -update`. The figures are those of published reports, kept so that a system can be "+
		"recognised; Corridor does not vouch for them.\n\n")
	counts(&b, all)
	for _, g := range Groups() {
		fmt.Fprintf(&b, "\n## %s · %s\n\n", g.ZH, g.EN)
		fmt.Fprintln(&b, "| No. | 名称 Name | 办什么 Job | 数字 Figures | 承办 Served by | 页面 Page | 测试 Test | 状态 State |")
		fmt.Fprintln(&b, "|---:|---|---|---|---|---|---|---|")
		for _, s := range all {
			if s.Group == g.Key {
				row(&b, s)
			}
		}
	}
	return b.Bytes()
}

// counts prints how many systems stand in each state.
func counts(b *bytes.Buffer, all []System) {
	n := Counts(all)
	fmt.Fprintln(b, "| 状态 State | 数量 Count |")
	fmt.Fprintln(b, "|---|---:|")
	for _, st := range States() {
		fmt.Fprintf(b, "| %s %s | %d |\n", st.Name().ZH, st.Name().EN, n[st])
	}
	fmt.Fprintf(b, "| 合计 Total | %d |\n", len(all))
}

// row prints one system as a line of a table.
func row(b *bytes.Buffer, s System) {
	by := make([]string, len(s.Rooms))
	for i, r := range s.Rooms {
		by[i] = string(r)
	}
	fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %s | %s | %s |\n", s.ID, both(s.Name), both(s.Job), both(s.Figures),
		strings.Join(by, ", "), code(s.Page), code(s.Test), both(s.State.Name())+lacks(s.Lacks))
}

// lacks prints what is missing below the state, if something is.
func lacks(t Text) string {
	if t.empty() {
		return ""
	}
	return "<br>" + both(t)
}

// both prints a text in both languages in one cell; a text that is absent leaves the cell empty.
func both(t Text) string {
	if t.empty() {
		return ""
	}
	return cell(t.ZH) + "<br>" + cell(t.EN)
}

// code prints a path or an address as code, or nothing.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

// cell keeps a text from ending its cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
