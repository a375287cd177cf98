import JobModel

extension FuzzTarget {
    /// The reader of JSON, and that what was read is written and read again the same.
    static let json = FuzzTarget(
        name: "json",
        seeds: {
            [
                #"{"a":[1,2.5,-3e2,"x\u00e9\ud83d\ude00\n",true,false,null],"b":{"c":{}}}"#, "[[[[[]]]]]", "\"\"", "0",
                #"{"":0,"a":[],"0":[{"x":-0.0}]}"#,
            ].map { Array($0.utf8) }
        },
        words: ["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "true", "null", "1e", ".", "-"],
        generate: { generator in GeneratedJSON.value(depth: 5, &generator).encoded() },
        read: { input in
            let value: JSONValue
            do throws(JSONParseError) {
                value = try JSONValue(parsing: input)
            } catch {
                return error.reason.prefix(20).description
            }
            for order in [JSONValue.KeyOrder.written, .canonical] {
                let written = value.encoded(order)
                let again = try JSONValue(parsing: written)
                require(again == value, "not the same when it is read again")
                require(again.hashValue == value.hashValue, "equal, with another hash")
                require(again.encoded(order) == written, "not the same when it is written again")
            }
            return "read a \(value.typeName)"
        }
    )
}
