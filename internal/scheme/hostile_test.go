package scheme

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// hostileMax is what refusing any file of the largest size may allocate in all. A bound of memory bounds time too, since
// nothing here computes without allocating; the time itself is measured by BenchmarkHostile (docs/performance.md).
const hostileMax = 160 << 20

// TestAHostileFileIsRefusedInLittleMemory: nesting, bombs, floods and endless expressions.
func TestAHostileFileIsRefusedInLittleMemory(t *testing.T) {
	for name, file := range hostileFiles(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		problems := checked(file)
		runtime.ReadMemStats(&after)
		if len(problems) == 0 {
			t.Errorf("%s: accepted", name)
		}
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > hostileMax {
			t.Errorf("%s: took %d MB, want at most %d", name, bytes>>20, hostileMax>>20)
		}
	}
}

// BenchmarkHostile is the time that each hostile file takes; the longest stands in docs/performance.md.
func BenchmarkHostile(b *testing.B) {
	for name, file := range hostileFiles(b) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				checked(file)
			}
		})
	}
}

// checked is what Load, Check and RunTests say of a scheme in one file.
func checked(file string) Problems {
	s, problems := Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(file)}}, "x.yaml")
	if s != nil && len(problems) == 0 {
		problems = append(Check(s), RunTests(s)...)
	}
	return problems
}

func hostileFiles(t testing.TB) map[string]string {
	rent, err := os.ReadFile(filepath.Join(packsDir, "rent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rule := func(when string) string {
		return strings.Replace(string(rent), "'firm.staff <= people'", "'"+when+"'", 1)
	}
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	return map[string]string{
		"nested lists":         "a: " + strings.Repeat("[", 100000),
		"nested maps":          strings.Repeat("{a: ", 50000),
		"nested dashes":        strings.Repeat("- ", 100000),
		"nested indents":       func() (s string) { return deepIndent(600) }(),
		"question keys":        strings.Repeat("? ", 100000),
		"alias bomb":           bomb,
		"many keys":            strings.Repeat("a: b\n", 50000),
		"many anchors":         strings.Repeat("&a ", 80000),
		"empty block":          "a: >\n" + strings.Repeat("\n", 250000),
		"empty block, spaces":  "a: |\n" + strings.Repeat("  \n", 80000),
		"empty pairs":          strings.Repeat("{}", 100000),
		"closing brackets":     strings.Repeat("]", 200000),
		"many documents":       strings.Repeat("---\n", 60000),
		"over the size":        strings.Repeat("# 大文件\n", 60000),
		"long flow list":       "a: [" + strings.Repeat("1,", 120000) + "1]",
		"no text at all":       "\x00\x01\x02\xff\xfe",
		"only a list":          "- a\n- b\n",
		"empty":                "",
		"many rows":            string(rent) + "\n" + strings.Repeat("  - [ a, b, c, d, none ]\n", 3000),
		"endless and":          rule("firm.operating" + strings.Repeat(" && firm.operating", 20000)),
		"endless brackets":     rule(strings.Repeat("(", 1900)),
		"deep brackets":        rule(strings.Repeat("(", 900) + "firm.operating" + strings.Repeat(")", 900)),
		"deep not":             rule(strings.Repeat("!", 1900) + "firm.operating"),
		"deep ternary":         rule(strings.Repeat("firm.operating ? firm.operating : ", 55) + "firm.operating"),
		"deep lists":           rule("firm.staff in " + strings.Repeat("[", 500) + strings.Repeat("]", 500)),
		"a loop that is none":  rule("[0, 1].all(x, [0, 1].all(y, x == y))"),
		"huge number":          rule("firm.staff <= 99999999999999999999999999"),
		"text with everything": rule(`"\u0000\\" == "a"`),
		"a way without end":    strings.Replace(string(rent), "do: [drop]", "do: [send"+strings.Repeat(", enquire, reply", 3000)+"]", 1),
		"states that multiply": manyStates(),
	}
}

func deepIndent(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestNoFileMakesLoadPanic: whatever bytes of a real pack are turned round, the answer is problems, never a panic.
func TestNoFileMakesLoadPanic(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"rent.yaml", "jury.yaml"} {
		was, err := os.ReadFile(filepath.Join(packsDir, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(was), "\n")
		for i := 0; i < 60; i++ {
			file := mangled(rnd, lines)
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Fatalf("panic: %v\n%s", r, file)
					}
				}()
				s, problems := Load(fstest.MapFS{"x.yaml": &fstest.MapFile{Data: []byte(file)}}, "x.yaml")
				if s != nil && len(problems) == 0 {
					Check(s)
					RunTests(s)
				}
			}()
		}
	}
}

// mangled changes a few lines: drops, doubles, cuts or swaps them.
func mangled(rnd *rand.Rand, lines []string) string {
	out := append([]string(nil), lines...)
	for range 1 + rnd.IntN(3) {
		i, j := rnd.IntN(len(out)), rnd.IntN(len(out))
		switch rnd.IntN(6) {
		case 0:
			out = append(out[:i:i], out[i+1:]...)
		case 1:
			out = append(out[:i:i], append([]string{out[j]}, out[i:]...)...)
		case 2:
			out[i] = out[i][:rnd.IntN(len(out[i])+1)]
		case 3:
			out[i], out[j] = out[j], out[i]
		case 4:
			w := strings.Fields(out[j])
			if len(w) > 0 {
				out[i] = strings.Replace(out[i], ":", ": "+w[rnd.IntN(len(w))], 1)
			}
		case 5:
			out[i] = strings.NewReplacer("{", "[", "}", "]").Replace(out[i])
		}
	}
	return strings.Join(out, "\n")
}

// TestAProofThatIsTooBigSaysSo: a scheme whose states multiply is refused after so many of them.
func TestAProofThatIsTooBigSaysSo(t *testing.T) {
	if p := checked(manyStates()); !p.Has("proof.too_big") {
		t.Errorf("got %v, want proof.too_big", p)
	}
}

// manyStates is a scheme with 2^16 states: sixteen labels that are issued and revoked as one likes.
func manyStates() string {
	var b strings.Builder
	b.WriteString("scheme: big\ntitle: [大, Big]\njurisdiction: \"990000\"\nedition: 1\nin_force: [2031-01-01, 2031-12-31]\n")
	b.WriteString("params: {look: {value: 5 wd, verified: false}}\nroles: {clerk: {desk: review}}\nstages:\n  - [ a, go, z, clerk, look ]\n")
	for i := range 16 {
		fmt.Fprintf(&b, "  - [ a, on%d, a, clerk, look ]\n  - [ a, off%d, a, clerk, look ]\n", i, i)
	}
	b.WriteString("ends: {z: ended}\noverdue: clerk\nlabels:\n")
	for i := range 16 {
		fmt.Fprintf(&b, "  on%d: issue l%d to firm.id\n  off%d: revoke l%d\n", i, i, i, i)
	}
	return b.String()
}
