package scheme

import (
	"os"
	"strings"
	"testing"

	"corridor/internal/fault"
)

func sampleSheet(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../schemes/sheets/demo-bank/sheet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheSampleSheetIsSoundAndSaysWhatItDoesNotKnow(t *testing.T) {
	sh, problems := LoadSheet("sheet.yaml", []byte(sampleSheet(t)))
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	got, err := sh.Score(testFacts{sh.s, &factSet{values: map[string]Value{"labels.count": CountValue(1), "has_label.tech_sme": YesNoValue(true), "contracts.count": CountValue(4)}}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != 10+15+12 || got.Unknown != 3 || got.Lines[2].Known || got.Rules[0].Result != Pass {
		t.Errorf("%+v", got)
	}
	for _, l := range got.Lines {
		if l.Verified || l.Basis == "" {
			t.Errorf("%s: verified %v, basis %q", l.Name, l.Verified, l.Basis)
		}
	}
}

// TestABadSheetIsNamed spoils one thing at a time: the report names the error at its line.
func TestABadSheetIsNamed(t *testing.T) {
	for _, x := range []struct{ find, put, code, at string }{
		{"steps(paid.cases, paid_points)", "steps(paid.cases, paid_point)", "name.unknown", "paid_point)"},
		{"steps(paid.cases, paid_points)", "steps(firm.staff, paid_points)", "name.unknown", "firm.staff"},
		{"paid.sum > zero", "related(firm.id, firm.id)", "name.unknown", "related"},
		{"steps(contracts.count, contracts_points)", "steps(contracts.sum, contracts_points)", "param.unit", "contracts_points"},
		{"is: 'steps(paid.cases, paid_points)'", "is: 'paid.sum'", "rule.unit", "vouchers"},
		{"steps(labels.count, labels_points)", "labels.count + 7", "param.number_outside", "labels:"},
		{"is: 'steps(paid.cases, paid_points)', basis: own", "is: 'steps(paid.cases, paid_points)'", "rule.no_basis", "vouchers"},
		{"value: 15, basis: own, verified: false", "value: 15, basis: own", "param.no_basis", "tech_points"},
		{"value: 15, basis: own", "value: 15, basis: theirs", "name.unknown", "tech_points"},
		{"owner: 91310115MA0DEMQ78R", "owner: 91310115MA0DEMQ78X", "file.shape", "owner"},
		{"edition: 2026-1", "jurisdiction: 2026-1", "file.key_unknown", "jurisdiction"},
		{"zh: 已兑付的券, en", "en", "words.missing", "vouchers"},
		{"  labels_least: ", "  labels_most: {value: 1, basis: own, verified: false}\n  labels_least: ", "param.unused", "labels_most"},
		{"when: 'labels.count >= labels_least || paid.sum > zero'", "ask: banker", "file.shape", "known_firm"},
		{"known_firm: {", "tech: {", "name.twice", "tech"},
		{"total: 100", "total: 99", "test.failed", "total: 99"},
		{"total: 100", "sum: 100", "test.unknown", "sum: 100"},
		{"total: 0, known_firm: fail", "total: 0", "rule.untested", "known_firm"},
		{"volume: 20, ", "", "rule.untested", "volume"},
	} {
		text := sampleSheet(t)
		if strings.Count(text, x.find) != 1 {
			t.Errorf("%q is %d times in the sheet", x.find, strings.Count(text, x.find))
			continue
		}
		_, problems := LoadSheet("sheet.yaml", []byte(strings.Replace(text, x.find, x.put, 1)))
		hit := false
		for _, p := range problems {
			hit = hit || p.Code == x.code && (x.put != "steps(firm.staff, paid_points)" || len(problems) == 1 && strings.Contains(p.Words[1], "firm.staff")) && strings.Contains(p.Line, x.at) && !strings.Contains(p.Words.In(fault.ZH)+p.Words.In(fault.EN), "{")
		}
		if !hit {
			t.Errorf("%q for %q: want %s at %q, got %+v", x.put, x.find, x.code, x.at, problems)
		}
	}
	for _, text := range []string{"", "a", "- 1", "sheet: x", "sheet: x\nscore: 3", "sheet: x\nscore: {a: 1}\nrules: {b: 2}\ntests: 5"} {
		if _, problems := LoadSheet("sheet.yaml", []byte(text)); len(problems) == 0 {
			t.Errorf("%q is taken as a sheet", text)
		}
	}
}
