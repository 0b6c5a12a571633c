// Package compare sets what several documents say side by side: texts that are nearly the same, editions of one text,
// the same figure told twice, and figures that cannot both be true.
//
// It would rather miss than invent. Two figures agree when the stretches that their words allow meet: 46441 and over
// 46 thousand do. They contradict each other only when indicator, subject, period, unit and every modifier are the same,
// the period is said by both, and no reading of their words lets both be true; so 12 of one year and 24 of another are two
// points of a line, and a sum intended and a sum paid are two things. Everything here is a pure function.
package compare
