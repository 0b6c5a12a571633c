package scheme

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/schemes"
)

// packs are the folders of all packs that the program carries.
func packs(t *testing.T) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(schemes.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "scheme.yaml" {
			out = append(out, strings.TrimSuffix(p, "/scheme.yaml"))
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("packs: %v %v", out, err)
	}
	return out
}

func TestEveryPackOfTheProgramPasses(t *testing.T) {
	for _, dir := range packs(t) {
		s, problems := Load(schemes.FS, dir)
		if len(problems) == 0 {
			problems = append(Check(s), RunTests(s)...)
		}
		if len(problems) > 0 {
			var b bytes.Buffer
			Report(&b, problems, fault.EN)
			t.Errorf("%s:\n%s", dir, b.String())
		}
	}
}

func TestASchemePaysIfADeskSendsMoneyOut(t *testing.T) {
	for dir, want := range map[string]bool{"cn-340000/voucher-order/2026": true, "cn-340000/no-application-benefit/2026": true, "cn-340000/chain-leader/2026": false, "cn-340000/enterprise-appeal/2026": false} {
		s, problems := Load(schemes.FS, dir)
		if len(problems) > 0 {
			t.Fatal(dir, problems)
		}
		if got := s.PaysOut(); got != want {
			t.Errorf("%s pays: %v, want %v", dir, got, want)
		}
	}
}
