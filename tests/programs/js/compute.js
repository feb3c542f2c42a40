// Numbers, strings, sorting, closures, exceptions, regular expressions and JSON. First argument: how much work.
var scale = Number(typeof SCALE === 'undefined' ? 1 : SCALE);

function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print('fib', fib(15 + 2 * scale));

var list = [];
for (var i = 0; i < 2000 * scale; i++) list.push((i * 7919) % 10007 / 7);
list.sort(function (a, b) { return a - b; });
print('sorted', list.slice(0, 4).join(), list[list.length - 1]);

var sum = 0;
for (var i = 0; i < 20000 * scale; i++) sum += Math.sin(i) * Math.sqrt(i) + Math.pow(i, 0.3) - Math.atan2(i, 3);
print('sum', sum, sum.toFixed(12), sum.toExponential(17), (255.5).toString(2));
print('limits', 0.1 + 0.2, 1e21, 5e-324, 1.7976931348623157e308, -0 === 0, 1 / -0, 1 << 31, -1 >>> 1, 0 / 0);

// Values are NaN-boxed pointers: many objects, garbage, and a chain that must survive.
var chain = null, kept = 0;
for (var i = 0; i < 3000 * scale; i++) chain = { next: chain, name: 'node' + i, list: [i, { deep: -i }] };
Duktape.gc();
for (var node = chain; node; node = node.next) kept += node.list[0] + node.list[1].deep + node.name.length;
print('kept', kept);

function Shape(name) { this.name = name; }
Shape.prototype.toString = function () { return '<' + this.name + '>'; };
var caught = [];
[function () { null.x; }, function () { undefinedName; }, function () { throw new Shape('square'); },
    function () { return (function deeper(n) { return deeper(n + 1) + 1; })(0); }, function () { new Array(-1); }
].forEach(function (f) {
    try { f(); } catch (e) { caught.push(e instanceof Error ? e.name : String(e)); } finally { caught.push('.'); }
});
print('caught', caught.join(' '));

var text = '';
for (var i = 0; i < 500 * scale; i++) text += String.fromCharCode(97 + i % 26, 0x3b1 + i % 20) + (i % 7 ? '' : ' ' + i + ',');
print('text', text.length, text.split(',').length, text.replace(/([a-z])(.)\s(\d+)/g, '$3$2$1').slice(0, 60));
print('match', JSON.stringify(text.match(/\d{3}/g).slice(0, 5)), /^(a+)+$/.test('aaaaaaaaaaaa'), text.indexOf('7,'));

var data = JSON.parse(JSON.stringify({ a: [1, 2.5, null, true], b: { c: 'd\u1234\n', when: new Date(86400000) } }));
print('json', JSON.stringify(data, null, 1), Duktape.enc('jx', { u: undefined, n: NaN, f: print }));
print('bytes', Array.prototype.join.call(new Uint8Array(new Float64Array([Math.PI, -1e-300]).buffer)));
