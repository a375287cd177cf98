/// What the values of a JSON text take in memory, beyond the text itself.
///
/// A text of nothing but small values takes many times its own length when it is read; that has to be known before.
enum JSONWeight {
    private static let bytesOfValue = 32
    private static let bytesOfObject = 256

    /// An estimate, in bytes, for a text that need not be JSON at all.
    static func of(_ text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { bytes in
            var values = 0
            var objects = 0
            var isInString = false
            var place = 0
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "\""): isInString.toggle()
                case UInt8(ascii: "\\") where isInString: place += 1
                case UInt8(ascii: ",") where !isInString, UInt8(ascii: "[") where !isInString: values += 1
                case UInt8(ascii: "{") where !isInString: objects += 1
                default: break
                }
                place += 1
            }
            return values * bytesOfValue + objects * bytesOfObject
        }
    }
}
