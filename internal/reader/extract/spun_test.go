package extract

import (
	"strings"
	"testing"
)

// spunText has enough words of a spinner to be told; tail is put behind it.
func spunText(tail string) string {
	return "北岭市仪器平台鼓舞会5月8日召开\n\n据北岭市科学时候局局长秦望舒先容,连年来北岭握续推动科技立异,平台领有东说念主员1450名,入网仪器达3126台(套),支握企业购买检测劳动超9800次。质料稳步进步。\n\n" + tail + "\n"
}

func readSpun(t *testing.T, s string, twin string) *Document {
	t.Helper()
	opt := Options{}
	if twin != "" {
		var all Twins
		all.Add([]byte(s))
		all.Add([]byte("别的文章,共有17家单位、28个项目、39台仪器、41名专家、53项专利、67次会议参加,与北岭无关,只是凑数。"))
		all.Add([]byte(twin))
		if opt.Twin = all.Of([]byte(s)); string(opt.Twin) != twin {
			t.Fatalf("the twin was not found: %q", opt.Twin)
		}
		if all.Of([]byte(twin)) != nil {
			t.Error("a clean text has a twin")
		}
	}
	d, err := Read("a.txt", []byte(s), opt)
	if err != nil {
		t.Fatal(err)
	}
	checkSpans(t, d, []byte(s))
	return d
}

// TestASpunWordIsPutBackOnlyWhereItsOriginalIsProven is the register of the table's three answers.
func TestASpunWordIsPutBackOnlyWhereItsOriginalIsProven(t *testing.T) {
	for _, c := range []struct{ spun, want string }{
		{"双方将深化相接机制,共同组织文化活动。", "合作机制"},              // one original makes a compound
		{"全市制定活动讨论,推进工作。", "行动计划"},                   // two spun words prove each other
		{"文化活动丰富了市民的生存,让更多的居民走进了图书馆和展览馆。", "文化活动"},   // the word is its own
		{"项目向上80家,其中新设12家。", "超过80家"},                // its place asks for a measuring word
		{"大家在向上的路上一起走着,走过了春天,又走过了夏天。", "向上的路"},       // and here it does not
		{"这件事的神色很难说清楚,大家再看看。", "神色很难"},               // nothing proves anything
		{"新设的本质室面积4200平方米,另有设备86台。", "实验室面积4200平方米"}, // no word at all but a spinner's
	} {
		d := readSpun(t, spunText(c.spun), "")
		var all strings.Builder
		doubts := 0
		for _, p := range d.Articles[0].Paragraphs {
			all.WriteString(p.Text)
			doubts += len(p.Doubts)
		}
		if !strings.Contains(all.String(), c.want) {
			t.Errorf("%s: %s", c.spun, all.String())
		}
		if len(d.Warnings) == 0 || c.want == "神色很难" && doubts == 0 {
			t.Errorf("%s: %v, %d doubts", c.spun, d.Warnings, doubts)
		}
	}
}

// TestACleanTwinTeachesTheWords pairs two tellings by their numbers; the words are in no table.
func TestACleanTwinTeachesTheWords(t *testing.T) {
	spun := spunText("该馆占地64亩,招引读众87万人次,馆藏帛书1932册,修缮旧籍415部,并开办讲谈29场,听者6180人。次年将再招引读众90万人次。")
	clean := "北岭市仪器平台推进会5月8日召开\n\n据北岭市科学技术局局长秦望舒介绍,近年来北岭持续推动科技创新,平台拥有人员1450名,入网仪器达3126台(套),支持企业购买检测服务超9800次。质量稳步提升。\n\n" +
		"该馆占地64亩,吸引观众87万人次,馆藏古籍1932册,修缮旧籍415部,并开办讲座29场,听众6180人。明年将再吸引观众90万人次。\n"
	d := readSpun(t, spun, clean)
	all := ""
	for _, p := range d.Articles[0].Paragraphs {
		all += p.Text
	}
	for _, want := range []string{"吸引观众87万", "馆藏古籍1932册", "讲座29场", "再吸引观众90万人次", "质量稳步提升"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not in %s", want, all)
		}
	}
	if len(d.Repairs) == 0 || d.Repairs[0].Kind != RepairSpunTwin {
		t.Errorf("repairs %v", d.Repairs)
	}
}
