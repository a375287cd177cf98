/// Something that happened elsewhere, as it is told.
package struct NewEvent: Equatable, Sendable {
    /// The longest name, in UTF-8 bytes.
    package static let maximumNameBytes = 200
    /// The longest key, in UTF-8 bytes.
    package static let maximumKeyBytes = 255
    /// The most data, as JSON text in bytes.
    package static let maximumDataBytes = 256 * 1024

    /// What sort of thing happened, such as `payment.received`.
    package var name: String
    /// To what it happened, such as an order's number; nil for nothing in particular.
    package var key: String?
    package var data: JSONValue
    /// The same for every telling of the same event; nil when each telling is an event.
    package var idempotencyKey: String?

    /// Why this is no event.
    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case name(String)
        case longKey(bytes: Int)
        case largeData(bytes: Int)
        case deepData

        package var description: String {
            switch self {
            case .name(let name):
                "\"\(name.prefix(80))\" is no name of an event; use 1 to \(NewEvent.maximumNameBytes) letters, digits, "
                    + "_ - . / or :"
            case .longKey(let bytes): "the key has \(bytes) bytes; keys have 1 to \(NewEvent.maximumKeyBytes)"
            case .largeData(let bytes):
                "the data has \(bytes) bytes, more than \(NewEvent.maximumDataBytes); "
                    + "put it somewhere that jobs can read and send where that is"
            case .deepData:
                "the data is nested deeper than \(JSONValue.maximumForeignDepth); send what matters of it, or all of it as "
                    + "a text"
            }
        }
    }

    package init(
        name: String,
        key: String? = nil,
        data: JSONValue = .null,
        idempotencyKey: String? = nil
    ) throws(Fault) {
        guard Self.isName(name) else { throw .name(name) }
        for key in [key, idempotencyKey].compactMap({ $0 })
        where !(1...Self.maximumKeyBytes).contains(key.utf8.count) {
            throw .longKey(bytes: key.utf8.count)
        }
        let bytes = data.encoded().count
        guard bytes <= Self.maximumDataBytes else { throw .largeData(bytes: bytes) }
        guard !data.isNested(deeperThan: JSONValue.maximumForeignDepth) else { throw .deepData }
        self.name = name
        self.key = key
        self.data = data
        self.idempotencyKey = idempotencyKey
    }

    /// Whether an event may be called so.
    package static func isName(_ name: String) -> Bool {
        (1...maximumNameBytes).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-./:".utf8.contains(byte)
                }
            }
    }
}
