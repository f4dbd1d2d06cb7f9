package find

// Fold is text as it is searched.
var Fold = fold
