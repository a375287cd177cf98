/// Replaces the bytes `&`, `*` and `?` by characters that mean nothing to YAML, and back.
///
/// They begin anchors, aliases and explicit keys. The composer would expand an alias wherever it stands, and hashes
/// the keys of mappings, so a few lines of nested aliases cost it hours. Masked, an alias arrives as a harmless plain
/// scalar at its own place and can be refused there, while the same bytes inside texts are given back unharmed.
struct IndicatorMask {
    private var original: [Unicode.Scalar: Unicode.Scalar] = [:]
    private var free: [Unicode.Scalar] = []
    private var renamingsLeft = 0
    /// The text for the composer; line and column of each character are those of the file.
    private(set) var text: String

    /// Masks a text; nil when it uses nearly every private character there is.
    init?(_ file: String) {
        var used = Set<Unicode.Scalar>()
        for scalar in file.unicodeScalars where (0xE000...0xF8FF).contains(scalar.value) { used.insert(scalar) }
        for value in UInt32(0xE000)...0xF8FF where free.count < 3 + Self.maximumRenamings {
            if let scalar = Unicode.Scalar(value), !used.contains(scalar) { free.append(scalar) }
        }
        guard free.count > 3 else { return nil }
        var masks: [Unicode.Scalar: Unicode.Scalar] = [:]
        for indicator in ["&", "*", "?"] as [Unicode.Scalar] {
            let mask = free.removeLast()
            masks[indicator] = mask
            original[mask] = indicator
        }
        var masked = String.UnicodeScalarView()
        for scalar in file.unicodeScalars { masked.append(masks[scalar] ?? scalar) }
        text = String(masked)
        renamingsLeft = min(Self.maximumRenamings, Self.maximumRecomposed / max(1, file.utf8.count))
    }

    /// The text as it stands in the file.
    func unmasked(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { original[$0] != nil }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { original[$0] ?? $0 }))
    }

    // MARK: Repeated keys

    /// How many repeated keys are told apart for the composer, which gives up at the first.
    private static let maximumRenamings = 20
    /// How many bytes may be composed again for that, in all.
    private static let maximumRecomposed = 1 << 20

    /// Gives the key that begins at `place` another name for the composer, so that its repetition is no error there.
    ///
    /// - Returns: Whether that could be done.
    mutating func rename(keyAt place: SourcePlace) -> Bool {
        guard renamingsLeft > 0, let mask = free.popLast(), var index = index(of: place) else { return false }
        renamingsLeft -= 1
        var scalars = text.unicodeScalars
        if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
        guard index < scalars.endIndex, scalars[index].value > 0x20,
            !["\"", "'", "\\", "{", "["].contains(scalars[index])
        else { return false }
        original[mask] = original[scalars[index]] ?? scalars[index]
        scalars.replaceSubrange(index...index, with: [mask])
        text = String(scalars)
        return true
    }

    private func index(of place: SourcePlace) -> String.UnicodeScalarIndex? {
        let scalars = text.unicodeScalars
        var at = SourcePlace.start
        var previous: Unicode.Scalar?
        for index in scalars.indices {
            if at == place { return index }
            at = at.advanced(over: scalars[index], after: previous)
            previous = scalars[index]
        }
        return nil
    }
}
