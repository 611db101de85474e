// The quiz questions of a page. Without JavaScript each question is a list with its answer folded below; this
// turns it into radio buttons that answer each choice at once. Answers are kept in this browser, page by page.
(() => {
  "use strict";

  const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

  // A page opened from disk, or a strict privacy setting, may have no storage: the quiz then just forgets.
  const storage = {
    key: (quiz) => `cellcnn-quiz ${location.pathname} ${quiz.id}`,
    read(quiz) {
      try { return localStorage.getItem(this.key(quiz)); } catch { return null; }
    },
    write(quiz, choice) {
      try { localStorage.setItem(this.key(quiz), choice); } catch { /* see above */ }
    },
    clear(quiz) {
      try { localStorage.removeItem(this.key(quiz)); } catch { /* see above */ }
    },
  };

  function element(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  class Question {
    constructor(quiz, onAnswer) {
      this.quiz = quiz;
      this.onAnswer = onAnswer;
      this.reasons = [...quiz.querySelectorAll(".quiz-reason")];
      this.unread = element("div", { hidden: true }, ...this.reasons); // in the page, so that MathJax finds them
      this.radios = [];
      this.browsing = false; // arrow keys move through the choices; Enter or Space answers
      this.feedback = element("div", { className: "quiz-feedback", role: "status" });
      const options = [...quiz.querySelectorAll(".quiz-choices > li")].map((choice, i) => this.option(choice, i));
      const legend = element("legend", { className: "quiz-title" }, ...quiz.querySelector(".quiz-title").childNodes);
      const question = quiz.querySelector(".quiz-question");
      question.id = `${quiz.id}-question`;
      const fieldset = element("fieldset", {}, legend, question, ...options, this.feedback, this.unread);
      fieldset.setAttribute("aria-describedby", question.id);
      quiz.replaceChildren(fieldset);
      const kept = storage.read(quiz);
      if (this.radios[kept]) {
        this.radios[kept].checked = true;
        this.answer(Number(kept));
      }
    }

    option(choice, index) {
      const radio = element("input", { type: "radio", name: this.quiz.id, value: index });
      radio.addEventListener("keydown", (event) => {
        this.browsing = ARROWS.includes(event.key);
        if ((event.key === "Enter" || event.key === " ") && radio.checked) {
          event.preventDefault();
          this.answer(index);
        }
      });
      radio.addEventListener("change", () => (this.browsing ? this.ask() : this.answer(index)));
      this.radios.push(radio);
      return element("label", { className: "quiz-option" }, radio, element("span", {}, ...choice.childNodes));
    }

    isRight() {
      return this.given !== undefined && this.reasons[this.given].classList.contains("quiz-right");
    }

    show(verdict, ...content) {
      this.quiz.dataset.verdict = verdict;
      this.unread.append(...this.reasons);
      this.feedback.replaceChildren(...content);
    }

    ask() {
      this.given = undefined;
      this.show("", element("p", {}, "Press Enter to answer."));
    }

    answer(index) {
      this.given = index;
      const right = this.isRight();
      const verdict = element("strong", {}, right ? "Right. " : "Not this one. ");
      this.show(right ? "right" : "wrong", verdict, this.reasons[index]);
      storage.write(this.quiz, index);
      this.onAnswer();
    }

    clear() {
      this.given = undefined;
      this.radios.forEach((radio) => { radio.checked = false; });
      this.show("");
      storage.clear(this.quiz);
    }
  }

  const questions = [];
  const score = element("span", { role: "status" });

  function count() {
    const answered = questions.filter((question) => question.given !== undefined).length;
    const right = questions.filter((question) => question.isRight()).length;
    score.textContent = `${right} of ${questions.length} right, ${answered} answered.`;
  }

  const quizzes = [...document.querySelectorAll(".quiz")];
  for (const quiz of quizzes) questions.push(new Question(quiz, count));
  if (questions.length) {
    const clear = element("button", { type: "button" }, "Clear my answers");
    clear.addEventListener("click", () => {
      for (const question of questions) question.clear();
      count();
      questions[0].radios[0].focus();
    });
    quizzes.at(-1).after(element("div", { className: "quiz-score" }, score, clear));
    count();
  }
})();
