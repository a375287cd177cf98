import JobModel

extension MicroDollars {
    /// The amount with two to six places: `$1.50`, `$0.0123`.
    var shown: String {
        var text = description
        let kept = text.count - 4
        while text.hasSuffix("0"), text.count > kept { text.removeLast() }
        return text
    }
}
