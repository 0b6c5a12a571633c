package extract

import "regexp"

var (
	bookTitle   = regexp.MustCompile(`《([^《》]{3,80})》`)
	policyWords = regexp.MustCompile(`(办法|意见|方案|规划|条例|通知|措施|细则|纲要|规定|计划|政策|指南|规则|决定|公告|清单|倡议|法)(（[^（）]*）|\([^()]*\))?$`)
)

// policies finds the titles of policies between 《》.
func (t stretch) policies() []Policy {
	var out []Policy
	for _, m := range bookTitle.FindAllStringSubmatchIndex(t.text, -1) {
		name := t.text[m[2]:m[3]]
		if policyWords.MatchString(name) {
			out = append(out, Policy{Name: name, Span: t.at(m[2], m[3])})
		}
	}
	return out
}
