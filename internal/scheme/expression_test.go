package scheme

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/unit"
)

// tryPack is a pack in which one rule and one amount can be tried.
const tryPack = `scheme: try
title: [试, Try]
jurisdiction: "990000"
edition: 1
in_force: [2031-01-01, 2031-12-31]
params:
  look:  {value: 5 wd, verified: false}
  step:  {value: 100 yuan, verified: false}
  half:  {value: 50%%, verified: false}
  tiny:  {value: 0.0000001%%, verified: false}
  most:  {value: 500, verified: false}
  day1:  {value: 2031-03-01, verified: false}
  sheet: {value: {0: 1, 10: 5, 20: 9}, verified: false}
  kinds: {value: [a, b], verified: false}
  marks: {value: 60, verified: false}
roles: {clerk: {desk: review}, firm_role: {party: firm}}
stages:
  - [ a, go, z, clerk, look ]
ends: {z: ended}
overdue: clerk
rules:
  r: {when: '%s', zh: 一, en: One}
amounts:
  m: {at: go, is: '%s'}
accounts:
  purse: {budget: "990000/p"}
form:
  sections:
    - words: [一, One]
      fields:
        asked: {type: money, by: firm_role, zh: 金额, en: Sum}
        other: {type: money, by: firm_role, zh: 其他, en: Other}
        rating: {type: score, by: firm_role, zh: 评分, en: Rating}
        org:  {type: org, by: firm_role, zh: 机构, en: Organisation}
        kind: {type: choice, of: [a, b], by: firm_role, zh: 类, en: Kind}
        orgs: {type: orgs, by: firm_role, zh: 机构, en: Organisations}
`

func try(rule, amount string) (*Scheme, Problems) {
	if rule == "" {
		rule = "firm.operating"
	}
	if amount == "" {
		amount = "zero"
	}
	quote := strings.NewReplacer("'", "''")
	file := fmt.Sprintf(tryPack, quote.Replace(rule), quote.Replace(amount))
	return Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(file)}}, "x.yaml")
}

// TestRulesAndTheirAnswers: true, false and unknown travel as in CEL; what does not fit does not compile.
func TestRulesAndTheirAnswers(t *testing.T) {
	given := map[string]Value{
		"firm.operating": YesNoValue(true), "firm.tax_normal": {}, "firm.listed_untrustworthy": YesNoValue(false), "firm.staff": CountValue(12),
		"firm.revenue": MoneyValue(yuan(900)), "form.asked": MoneyValue(yuan(700)), "form.rating": {Kind: Score, Int: 450}, "form.org": OrgValue("O"),
		"form.kind": TextOf(Choice, "a"), "form.orgs": ListValue(OrgValue("A"), OrgValue("B")), "related": YesNoValue(false), "count_regions": CountValue(2),
		"firm.region": TextOf(Region, "990100"), "firm.founded": DayValue(mustDay("2031-02-28")), "firm.industry": TextOf(Code, "3985"),
		"on_list": {}, "available": MoneyValue(0), "firm.open_cases": CountValue(0),
	}
	for rule, want := range map[string]string{
		"firm.operating":                                        "true",
		"!firm.operating":                                       "false",
		"firm.tax_normal":                                       "unknown",
		"!firm.tax_normal":                                      "unknown",
		"firm.operating && firm.tax_normal":                     "unknown",
		"firm.listed_untrustworthy && firm.tax_normal":          "false",
		"firm.tax_normal && firm.listed_untrustworthy":          "false",
		"firm.operating || firm.tax_normal":                     "true",
		"firm.tax_normal || firm.operating":                     "true",
		"firm.tax_normal ? firm.operating : firm.operating":     "unknown",
		"firm.operating ? firm.staff <= most : firm.tax_normal": "true",
		"firm.staff <= most":                                    "true",
		"firm.staff == 1 || firm.staff > 0":                     "true",
		"firm.revenue >= form.asked":                            "true",
		"form.other > zero":                                     "unknown",
		"form.asked + form.other > zero":                        "unknown",
		"form.asked - firm.revenue < zero":                      "true",
		"firm.founded < day1":                                   "true",
		"today >= day1":                                         "false",
		"form.rating >= 1":                                      "true",
		"form.rating * 1 > 0":                                   "rule.syntax",
		"form.kind == \"a\"":                                    "true",
		"form.kind in kinds":                                    "true",
		"form.kind in [\"b\"]":                                  "false",
		"form.kind == \"c\"":                                    "name.unknown",
		"stage == \"a\"":                                        "true",
		"stage in [\"a\", \"zz\"]":                              "name.unknown",
		"!related(firm.id, form.org)":                           "true",
		"count_regions(form.orgs) > 1":                          "true",
		"count_of(form.orgs) > 1":                               "true",
		"count_of(form.orgs) == 1":                              "false",
		"in_region(firm.region, jurisdiction)":                  "true",
		"on_list(firm.industry, \"x\", today)":                  "unknown",
		"available(purse) == zero":                              "true",
		"firm.open_cases(scheme, year) == 0":                    "true",
		"paid_out(purse) == zero":                               "true",
		"steps(firm.staff, sheet) > 1":                          "true",
		"form.asked > 1":                                        "rule.unit",
		"firm.staff <= step":                                    "rule.unit",
		"firm.staff <= 12":                                      "param.number_outside",
		"form.asked > share(firm.revenue, half)":                "true",
		"form.asked > firm.revenue + half":                      "rule.unit",
		"related(firm.region, form.org)":                        "rule.unit",
		"form.org == firm.region":                               "rule.unit",
		"firm.stuff > 0":                                        "name.unknown",
		"form.nothing > zero":                                   "name.unknown",
		"nothing(firm.id)":                                      "name.unknown",
		"firm.staff":                                            "rule.unit",
		"firm.staff > 1.5":                                      "param.number_outside",
		"firm.operating == null":                                "rule.syntax",
		"{\"a\": 1} == {\"a\": 1}":                              "rule.syntax",
		"[1].exists(x, x > 0)":                                  "rule.syntax name.unknown",
		"has(firm.staff)":                                       "name.unknown rule.syntax",
		"firm.staff >":                                          "rule.syntax",
		"size(form.orgs) > 0":                                   "name.unknown",
		"string(firm.staff) == \"1\"":                           "name.unknown",
		"timestamp(\"2031-01-01T00:00:00Z\") > today":           "name.unknown",
	} {
		s, problems := try(rule, "")
		if len(problems) > 0 {
			if !strings.Contains(want, problems[0].Code) || want == "unknown" {
				t.Errorf("%s: %s %s, want %s", rule, problems[0].Code, problems[0].Words[1], want)
			}
			continue
		}
		r := s.reading(testFacts{s: s, f: &factSet{values: given}}, "a", &Purse{})
		v, _, err := s.compiled.rules["r"].eval(r)
		if got := v.String(); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", rule, got, err, want)
		}
	}
}

// TestAmountsAreExact: sums are computed in fen, and rounding is always a named one.
func TestAmountsAreExact(t *testing.T) {
	given := map[string]Value{"form.asked": MoneyValue(100001), "form.other": MoneyValue(33)} // 1000.01 and 0.33 yuan
	for is, want := range map[string]string{
		"share(form.asked, half)":                       "500.00 yuan",
		"share(form.other, half)":                       "0.16 yuan",
		"share(form.asked, tiny)":                       "0.00 yuan",
		"floor_yuan(form.asked)":                        "1000.00 yuan",
		"floor_to(form.asked, step)":                    "1000.00 yuan",
		"floor_to(form.other, step)":                    "0.00 yuan",
		"min(form.asked, form.other)":                   "0.33 yuan",
		"min(form.asked, step, form.other)":             "0.33 yuan",
		"max(form.asked, step, zero)":                   "1000.01 yuan",
		"min(form.asked, form.asked, form.asked, step)": "100.00 yuan",
		"form.asked - form.other + step":                "1099.68 yuan",
		"form.other - form.asked":                       "-999.68 yuan",
		"floor_yuan(form.other - form.asked)":           "-1000.00 yuan", // down is towards minus infinity
		"firm.operating ? form.asked : zero":            "unknown",
		"firm.staff":                                    "amount.unit",
		"min(form.asked)":                               "rule.unit",
		"share(half, form.asked)":                       "rule.unit",
	} {
		s, problems := try("", is)
		if len(problems) > 0 {
			if problems[0].Code != want {
				t.Errorf("%s: %s, want %s", is, problems[0].Code, want)
			}
			continue
		}
		r := s.reading(testFacts{s: s, f: &factSet{values: given}}, "a", &Purse{})
		v, _, err := s.compiled.amounts["m"].eval(r)
		if got := v.String(); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", is, got, err, want)
		}
	}
}

func TestASumOutOfRangeIsNoSum(t *testing.T) {
	s, problems := try("", "form.asked + form.asked")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	given := map[string]Value{"form.asked": {Kind: Money, Int: 900_000_000_000_000_000}}
	r := s.reading(testFacts{s: s, f: &factSet{values: given}}, "a", &Purse{})
	if _, _, err := s.compiled.amounts["m"].eval(r); codeOf(err) != "scheme.not_computable" {
		t.Errorf("got %v", err)
	}
}

func mustDay(s string) (d unit.Day) {
	d, err := unit.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}
