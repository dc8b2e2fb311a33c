export default {
  template: "<div><slot></slot></div>",
  methods: {
    deliver(calls) {
      for (const [target, method, content] of calls) runMethod(target, method, [content]);
    },
  },
};
