package extract

// Character classes of the basic plane, looked up by every scanner; a table because the scanners visit each
// character several times.
const (
	cHan uint8 = 1 << iota
	cDigit
	cLatin
	cSpace
	cNumeral // 一二三…十百千万亿 and the like
	cStop    // ends a sentence
	cPause   // ends a clause
	cBracket // opens or closes
)

var class [0x10000]uint8

func init() {
	for r := 0x4E00; r <= 0x9FFF; r++ {
		class[r] |= cHan
	}
	for r := 0x3400; r <= 0x4DBF; r++ {
		class[r] |= cHan
	}
	class['〇'] |= cHan
	for r := '0'; r <= '9'; r++ {
		class[r] |= cDigit
	}
	for r := 'a'; r <= 'z'; r++ {
		class[r] |= cLatin
		class[r-'a'+'A'] |= cLatin
	}
	for _, r := range " \t\r\n\v\f\u00a0\u3000\u2002\u2003\u2009\u200b\ufeff" {
		class[r] |= cSpace
	}
	for _, r := range "零〇一二两三四五六七八九十百千万亿" {
		class[r] |= cNumeral
	}
	for _, r := range "。！？!?；;\n" {
		class[r] |= cStop
	}
	for _, r := range "，,。！？!?；;：:\n" {
		class[r] |= cPause
	}
	for _, r := range "()（）[]【】《》〈〉“”‘’「」『』\"" {
		class[r] |= cBracket
	}
}

func is(r rune, c uint8) bool { return uint32(r) < 0x10000 && class[r]&c != 0 }

func isHan(r rune) bool {
	return is(r, cHan) || r >= 0x20000 && r <= 0x3134F
}
func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isLatin(r rune) bool { return is(r, cLatin) }
func isSpace(r rune) bool { return is(r, cSpace) }
func isWord(r rune) bool  { return is(r, cHan|cDigit|cLatin) }
