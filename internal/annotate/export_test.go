package annotate

// Grounds are what light and dark pages are thought to be painted on.
func Grounds() [2][]RGB { return [2][]RGB{lightTheme.grounds, darkTheme.grounds} }
