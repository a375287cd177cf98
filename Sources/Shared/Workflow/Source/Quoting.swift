internal import JobModel

/// The text in quotes for a message: control characters escaped, and no longer than 60 characters.
func quoted(_ text: String) -> String {
    let limit = 60
    guard text.unicodeScalars.count > limit else { return JSONValue.string(text).text() }
    return JSONValue.string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…").text()
}
