package reader_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/reader/extract"
)

const (
	spunTelling = "北岭市仪器平台鼓舞会5月8日召开\n\n据北岭市科学时候局局长先容,连年来北岭握续推动科技立异,平台领有东说念主员1450名,入网仪器达3126台(套),支握企业购买检测劳动超9800次。质料稳步进步。\n\n" +
		"该馆占地64亩,招引读众87万人次,馆藏帛书1932册,修缮旧籍415部,并开办讲谈29场,听者6180人。\n"
	cleanTelling = "北岭市仪器平台推进会5月8日召开\n\n据北岭市科学技术局局长介绍,近年来北岭持续推动科技创新,平台拥有人员1450名,入网仪器达3126台(套),支持企业购买检测服务超9800次。质量稳步提升。\n\n" +
		"该馆占地64亩,吸引观众87万人次,馆藏古籍1932册,修缮旧籍415部,并开办讲座29场,听众6180人。\n"
)

// TestASpunUploadLearnsFromACleanTellingThatStands: the words of the second paragraph are in no table.
func TestASpunUploadLearnsFromACleanTellingThatStands(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for _, c := range []struct {
			name  string
			clean []string
			want  bool
		}{
			{"alone", nil, false},
			{"beside another text", []string{"北岭市另有17家单位、28个项目、39台仪器、41名专家、53项专利、67次会议。\n"}, false},
			{"beside its clean telling", []string{cleanTelling}, true},
		} {
			k, _, who := desk(t, d)
			for _, text := range c.clean {
				if _, err := k.Take(ctx, who, "clean.txt", []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := k.Take(ctx, who, "spun.txt", []byte(spunTelling+strings.Repeat("\n", len(c.name))))
			if err != nil {
				t.Fatal(err)
			}
			taught := slices.ContainsFunc(got.Repairs, func(r extract.Repair) bool { return r.Kind == extract.RepairSpunTwin })
			_, n, err := k.Search(ctx, "讲座29场", 1)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{false: 0, true: 2}[c.want]; n != want {
				t.Errorf("%s: %d paragraphs tell of lectures, want %d", c.name, n, want)
			}
			if taught != c.want {
				t.Errorf("%s: taught %v, want %v: %v", c.name, taught, c.want, got.Repairs)
			}
		}
	})
}
