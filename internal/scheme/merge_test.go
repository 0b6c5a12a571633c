package scheme

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// local loads the local pot with something put before its `needs`.
func local(t *testing.T, add string) (*Scheme, Problems) {
	t.Helper()
	tree := files(t)
	was := string(tree["local/pot/scheme.yaml"].Data)
	tree["local/pot/scheme.yaml"].Data = []byte(strings.Replace(was, "needs:\n", add+"needs:\n", 1))
	return Load(tree, "local/pot")
}

func TestALocalPackReplacesEntriesAndKeepsTheRest(t *testing.T) {
	s, problems := Load(os.DirFS(packsDir), "local/pot")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	most, _ := s.Params.Get("most")
	look, _ := s.Params.Get("look")
	if most.Value.String() != "400.00 yuan" || look.Value.String() != "5 wd" {
		t.Errorf("most %s, look %s", most.Value, look.Value)
	}
	if _, there := s.Row("asked", "give"); there {
		t.Error("a removed row is there")
	}
	if last := s.Stages[len(s.Stages)-1]; last.From != "praised" || last.Action != "deny" {
		t.Errorf("new rows do not come last: %v", last)
	}
	if s.Jurisdiction != "990000" || s.Shared() || s.Title[1] != "Yearly pot for tests" || s.Extends != "shared/pot" {
		t.Errorf("%q %q %q", s.Jurisdiction, s.Title, s.Extends)
	}
	if _, ok := s.Field("wanted"); !ok {
		t.Error("the form of the layer is not there")
	}
}

func TestNeedsAndSeparateGrow(t *testing.T) {
	s, problems := local(t, "separate: [[give, deny]]\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(s.Separate) != 1 {
		t.Errorf("separate: %v", s.Separate)
	}
	tree := files(t)
	was := string(tree["local/pot/scheme.yaml"].Data)
	tree["local/pot/scheme.yaml"].Data = []byte(strings.Replace(was, "  commend: [at_work]", "  commend: [at_work]\n  ask: [at_work]", 1))
	s, problems = Load(tree, "local/pot")
	if len(problems) > 0 || strings.Join(s.Needs["ask"], " ") != "wanted here at_work" {
		t.Errorf("needs of ask: %v %v", s.Needs["ask"], problems)
	}
}

func TestWhatALocalPackMayDo(t *testing.T) {
	for add, want := range map[string]string{
		"publish: {give: {leaf: pot.given, shows: [given]}}\n":                           "",
		"publish: {give: {leaf: pot.other, shows: [given]}}\n":                           "extend.publish_wider",
		"publish: {shut: {leaf: pot.shut, shows: []}}\n":                                 "extend.publish_wider",
		"see: {wanted: {only: [clerk]}}\n":                                               "",
		"see: {wanted: {only: [clerk, owner]}}\n":                                        "extend.see_wider",
		"see: {wanted: {only: [clerk], if: firm.operating}}\n":                           "extend.see_wider",
		"ends: {closed: ended}\n":                                                        "",
		"ends: {closed: refused}\n":                                                      "extend.fixed",
		"parent: other\n":                                                                "extend.fixed",
		"overdue: clerk\n":                                                               "",
		"money: {sweep: [post rest of pot to purse]}\n":                                  "extend.fixed",
		"amounts: {spent: {at: sweep, is: zero}}\n":                                      "extend.fixed",
		"amounts: {given: {at: give, is: 'min(form.wanted, most, available(purse))'}}\n": "",
		"form: {sections: [{words: [申请, The request], fields: {note: {type: text, by: owner, zh: 备注, en: Note}}}]}\n": "file.key_twice", // form.yaml is there too
	} {
		_, problems := local(t, add)
		got := ""
		if len(problems) > 0 {
			got = problems[0].Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", strings.TrimSpace(add), got, want)
		}
	}
}

func TestFieldsMergeByName(t *testing.T) {
	tree := files(t)
	tree["local/pot/form.yaml"].Data = []byte(`extends: shared/pot
sections:
  - words: [申请, The request]
    fields:
      wanted: {type: money, by: owner, zh: 想要的金额, en: Sum that is wanted}
      note:   {type: text, by: owner, zh: 备注, en: Note}
  - words: [其他, Others]
    fields:
      more: {type: file, by: owner, zh: 附件, en: File}
`)
	s, problems := Load(tree, "local/pot")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var got []string
	for _, sec := range s.Form.Sections {
		got = append(got, sec.Words[1]+":")
		for _, f := range sec.Fields {
			got = append(got, f.Name+"="+f.Words[1])
		}
	}
	if want := "The request: wanted=Sum that is wanted note=Note Others: more=File"; strings.Join(got, " ") != want {
		t.Errorf("got %s", strings.Join(got, " "))
	}
}

// TestTheDigestIsThatOfTheFiles: it is the same wherever the folders lie, and changes with any byte of any layer.
func TestTheDigestIsThatOfTheFiles(t *testing.T) {
	here, _ := Load(os.DirFS(packsDir), "local/pot")
	moved := fstest.MapFS{}
	for name, f := range files(t) {
		moved["a/b/"+name] = f
	}
	there, problems := Load(moved, "a/b/local/pot")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if here.Digest != there.Digest || len(here.Digest) != 64 {
		t.Errorf("digests %s and %s", here.Digest, there.Digest)
	}
	for _, name := range []string{"shared/pot/scheme.yaml", "shared/pot/tests.yaml", "local/pot/scheme.yaml", "local/pot/form.yaml"} {
		tree := files(t)
		tree[name].Data = append(append([]byte(nil), tree[name].Data...), '\n')
		changed, _ := Load(tree, "local/pot")
		if changed.Digest == here.Digest {
			t.Errorf("a byte of %s changes and the digest does not", name)
		}
	}
	if got := len(here.Files()); got != 6 {
		t.Errorf("%d files, want 6", got)
	}
}

// TestAnOverrideCannotWeakenAProof: what is proved is the merged scheme.
func TestAnOverrideCannotWeakenAProof(t *testing.T) {
	s, problems := local(t, "amounts:\n  given: {at: ask, is: 'min(form.wanted, most)'}\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if p := Prove(s); !p.Has("amount.decided_by_nobody") {
		t.Errorf("got %v", p)
	}
}

func TestLayersThatExtendEachOther(t *testing.T) {
	tree := files(t)
	tree["shared/pot/scheme.yaml"].Data = append([]byte("extends: local/pot\n"), tree["shared/pot/scheme.yaml"].Data...)
	if _, problems := Load(tree, "local/pot"); !problems.Has("extend.unknown") {
		t.Errorf("got %v", problems)
	}
}
